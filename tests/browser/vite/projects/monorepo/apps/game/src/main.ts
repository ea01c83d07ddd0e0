import { corners } from "@studio/shapes";

document.getElementById("corners")!.textContent = String(corners("square"));
