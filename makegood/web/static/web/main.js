// What the desk does beyond links and forms.
import "./clock.js";
import "./dialogs.js";
import "./toast.js";
import "./drafts.js";
import "./desk.js";
import "./keys.js";
import "./palette.js";
import "./live.js";
import "./copy.js";
import "./pop.js";
import "./picker.js";
import "./coach.js";
import "./tabs.js";
import "./views.js";
