"""`makegood policy bind`, `bindings` and `unbind`."""

from __future__ import annotations

from pathlib import Path

from makegood.remedies.rules.bindings_file import ready_made
from tests.installations import an_installation


def test_a_policy_is_bound_written_out_changed_and_taken_out_of_force(tmp_path: Path) -> None:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        assert "promise: [delivery]" in ours.must("policy", "bind", "eu-261", "--to", "delivery", "--dry-run")
        assert "eu-flights" not in ours.must("policy", "bindings")

        said = "eu-flights, version 1: eu-261 speaks of promises of the kind delivery.\n"
        assert ours.must("policy", "bind", "eu-261", "--to", "delivery") == said
        assert ours.must("policy", "bind", "eu-261", "--to", "delivery") == said, "the same again changes nothing"
        written = ours.must("policy", "bindings", "eu-flights")
        assert written == ready_made("eu-261", "delivery")

        file = tmp_path / "ours.yaml"
        file.write_text(written.replace("[delivery]", "[delivery, callback]"))
        assert "version 2: eu-261 speaks of promises of the kind delivery, callback." in ours.must(
            "policy", "bind", "--file", str(file)
        )
        assert ours.must("policy", "unbind", "eu-flights") == "eu-flights is not in force any more.\n"
        assert "not in force" in ours.must("policy", "bindings")
        for words, says in (
            (("bind", "eu-261"), "--to"),
            (("bind", "eu-26", "--to", "delivery"), "Did you mean eu-261?"),
            (("bind", "eu-261", "--to", "deliveri"), "Did you mean delivery?"),
            (("unbind", "eu-fligh"), "Did you mean eu-flights?"),
        ):
            refused = ours.run("policy", *words)
            assert refused.returncode != 0
            assert says in refused.stderr, refused.stderr
