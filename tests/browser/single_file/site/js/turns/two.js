window.turns.push("two");
