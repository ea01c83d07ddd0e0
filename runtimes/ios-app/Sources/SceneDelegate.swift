import UIKit

/// The game's window: the screen stays awake while it is played, and the page hears when it may go on.
final class SceneDelegate: UIResponder, UIWindowSceneDelegate {
    var window: UIWindow?
    private var game: GameViewController?

    func scene(_ scene: UIScene, willConnectTo session: UISceneSession, options connectionOptions: UIScene.ConnectionOptions) {
        guard let scene = scene as? UIWindowScene else { return }
        let window = UIWindow(windowScene: scene)
        window.backgroundColor = .black
        do {
            let game = GameViewController(package: try GamePackage(bundle: .main))
            self.game = game
            window.rootViewController = game
        } catch {
            window.rootViewController = FaultViewController(fault: .packageBroken, detail: error.localizedDescription)
        }
        window.makeKeyAndVisible()
        self.window = window
    }

    func sceneDidBecomeActive(_ scene: UIScene) {
        UIApplication.shared.isIdleTimerDisabled = true
        SoundSession.resume()
        game?.resume()
    }

    func sceneWillResignActive(_ scene: UIScene) {
        UIApplication.shared.isIdleTimerDisabled = false
    }

    func sceneDidEnterBackground(_ scene: UIScene) {
        game?.pause()
    }
}
