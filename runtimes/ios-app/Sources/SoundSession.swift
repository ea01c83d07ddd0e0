import AVFoundation

/// How the game's sound lives with everything else that sounds.
///
/// Ambient: the switch at the side silences it, and the player's own music goes on beside it, as people expect of a game.
/// It stops in the background, as the application has no background mode. Playback would be heard in spite of the switch.
enum SoundSession {
    static func prepare() {
        try? AVAudioSession.sharedInstance().setCategory(.ambient, mode: .default)
    }

    /// After a call or an alarm the session is another one's until it is asked back.
    static func resume() {
        try? AVAudioSession.sharedInstance().setActive(true)
    }
}
