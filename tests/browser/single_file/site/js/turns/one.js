window.turns.push("one");
