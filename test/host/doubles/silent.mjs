// Runs, and never says a word.
process.on("message", () => {});
setInterval(() => {}, 1000);
