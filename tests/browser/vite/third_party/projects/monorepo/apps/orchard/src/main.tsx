import { render } from "preact";
import { Orchard } from "~/orchard";
import "@orchard/ui/theme.css";

render(<Orchard />, document.getElementById("app")!);
