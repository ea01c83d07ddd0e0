import gsap from "gsap";
import { Application, Assets, BlurFilter, Graphics, Rectangle, Sprite, type Texture } from "pixi.js";

(async () => {
  const app = new Application();
  const host = document.getElementById("pixi-container")!;
  await app.init({ background: "#1d3557", resizeTo: host, preference: "webgl", autoStart: false });
  host.appendChild(app.canvas);

  const fish = await Assets.load<Texture>("/assets/fish.png");
  const sun = new Graphics().circle(400, 60, 30).fill({ color: 0xe9c46a });
  sun.filters = [new BlurFilter({ strength: 4 })];
  app.stage.addChild(sun);

  const shoal = Array.from({ length: 12 }, (_, n) => {
    const one = new Sprite({ texture: fish, anchor: 0.5 });
    one.position.set(60 + (n % 4) * 90, 120 + Math.floor(n / 4) * 60);
    one.tint = n % 2 ? 0xf4a261 : 0xffffff;
    return app.stage.addChild(one);
  });

  app.stage.eventMode = "static";
  app.stage.hitArea = new Rectangle(0, 0, 480, 320);
  app.stage.on("pointertap", ({ global }) => {
    const swim = gsap.timeline({ paused: true });
    shoal.forEach((one) => {
      swim.to(one, { rotation: Math.atan2(global.y - one.y, global.x - one.x), duration: 1 }, 0);
    });
    swim.progress(1);
    app.render();
    document.title = `Shoal: ${Math.round(global.x)}, ${Math.round(global.y)}`;
  });
  app.render();
  document.title = `Shoal: ${shoal.length}`;
})();
