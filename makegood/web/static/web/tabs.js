// Tabs are one row on a phone: the one that is open stands in sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
