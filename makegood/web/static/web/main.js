// Everything the desk does beyond plain links and forms. Without it, every page still works.
import "./clock.js";
import "./dialogs.js";
import "./toast.js";
import "./desk.js";
import "./keys.js";
import "./palette.js";
import "./live.js";
