"""Words by which it is seen whether a line of the customer stays what it is. Data; warm and cold words are stems."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _set("no not never nothing nobody none nowhere neither nor without cannot hardly barely")
VOWS = _set("will shall promise promised swear guarantee vow")
WARM = _set(
    "thank grateful appreciat great wonderful perfect lov lovely happy glad delight reliev fin good excellent"
    " brilliant fantastic kind nice ye yes yeah yep sur sure ok okay agre agreed right alright sorry welcom best easy"
    " eas pleas pleased well trust believ super cheer bless calm patient forgiv"
)
COLD = _set(
    "angry furiou rag disgrac disgraceful ridiculou unacceptabl outrageou useles incompetent idiot stupid damn hell"
    " awful terribl worst bad lawyer su sue court complain complaint manager report hat liar lie ly lied jok pathetic"
    " sham shameful rubbish nonsens fool foolish scam fraud crook steal stol theft refus demand threaten fir fired"
    " polic press newspaper kill die hurt disgust appall appalling cheat rude hopeles waste wast leav never cancel"
)
# None of them is a word of German, Spanish, French or Portuguese.
ENGLISH = _set(
    "the and that that's this what what's you you're your it it's is isn't my i i'm i've i'll i'd not have don't"
    " of with for they we we're are there why how where when who would yet then here still nobody nothing"
)
COMMON = _set(
    "a an the anybody anyone anything everybody everyone everything and or but so then if as at by for from in into"
    " of on off onto out over to up with about after before again all also am any are aren't be been being both can"
    " can't could couldn't did didn't do does doesn't doing don't down each even ever every few get gets getting go"
    " going gone gonna got had hadn't has hasn't have haven't having he her here hers him his how i i'd i'll i'm"
    " i've is isn't it it's its itself just let let's like many may me might mine more most much must my myself now"
    " oh one only other our ours own perhaps quite rather really s said same say saying says she should shouldn't"
    " some somebody someone something still such supposed than that that's their theirs them there there's these"
    " they they're this those though through too under until us very was wasn't we we're well were weren't what"
    " what's when where which while who who's whom whose why would wouldn't yet you you'd you'll you're you've your"
    " yours no not never nothing nobody none neither nor without cannot yes"
)
