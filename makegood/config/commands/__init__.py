"""One module per subcommand of `makegood`, each with a click command named `command`.

At import a module may load click and its own light neighbours only. What needs the database begins with
`with installation():` (makegood.config.installed) and imports the rooms inside, after Django is set up.
"""
