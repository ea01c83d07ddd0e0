import "./style.css";

const added: HTMLElement = document.createElement("p");
added.id = "added";
added.className = "pl-[11px]";
document.body.append(added);
