import UIKit

/// Says in the player's own language why there is no game to see, and offers to try again where that may help.
final class FaultViewController: UIViewController {
    private let fault: Fault
    private let detail: String
    /// What the button does; without it there is none.
    var retry: (() -> Void)?

    init(fault: Fault, detail: String) {
        self.fault = fault
        self.detail = detail
        super.init(nibName: nil, bundle: nil)
    }

    @available(*, unavailable)
    required init?(coder: NSCoder) {
        fatalError("made in code alone")
    }

    override var prefersStatusBarHidden: Bool { true }

    override func viewDidLoad() {
        super.viewDidLoad()
        view.backgroundColor = .black
        let words = label(Texts.of(fault), style: .headline, color: .white)
        let small = label(detail, style: .footnote, color: .lightGray)
        let column = UIStackView(arrangedSubviews: [words, small])
        if let retry {
            column.addArrangedSubview(UIButton(configuration: .filled(), primaryAction: UIAction(title: Texts.retry) { _ in retry() }))
        }
        column.axis = .vertical
        column.alignment = .center
        column.spacing = 16
        column.translatesAutoresizingMaskIntoConstraints = false
        view.addSubview(column)
        NSLayoutConstraint.activate([
            column.centerXAnchor.constraint(equalTo: view.centerXAnchor),
            column.centerYAnchor.constraint(equalTo: view.centerYAnchor),
            column.widthAnchor.constraint(lessThanOrEqualTo: view.safeAreaLayoutGuide.widthAnchor, multiplier: 0.8),
        ])
    }

    private func label(_ text: String, style: UIFont.TextStyle, color: UIColor) -> UILabel {
        let label = UILabel()
        label.text = text
        label.font = .preferredFont(forTextStyle: style)
        label.adjustsFontForContentSizeCategory = true
        label.textColor = color
        label.textAlignment = .center
        label.numberOfLines = 0
        return label
    }
}
