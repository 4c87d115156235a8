package import TGTensor

/// A named input or output of a function, typed by meaning.
package struct InterfaceItem: Hashable, Sendable {
  /// The name.
  package var name: String
  /// Its documentation, plain text.
  package var documentation = ""
  /// What the numbers mean.
  package var kind: Kind
  /// Where they lie: batch first, the framework's order (N, C, H, W). Strides may permute.
  package var view: View
  /// For texts and sequences: the number of words of each item, `[N]`.
  package var lengths: View?
  /// For inputs: the value taken if nothing is given; nil if one must be given (or is drawn).
  package var defaultValue: Float?
  /// For ids: one more than the largest id allowed; 0 where it does not apply.
  package var rows = 0
  /// What it is for in an objective.
  package var role = Role.value

  /// Makes an item.
  package init(name: String, kind: Kind, view: View) {
    self.name = name
    self.kind = kind
    self.view = view
  }
}

extension InterfaceItem {
  /// What the numbers of an item mean: one of the kinds in `Interface/Kinds`, each a file.
  package struct Kind: Hashable, Sendable {
    /// The kind with its values.
    package private(set) var value: any InterfaceKind

    /// Wraps a kind.
    package init(_ value: some InterfaceKind) { self.value = value }

    /// Every kind. A new one is its file, a line here, and a number in `spec/plan.proto`.
    package static let all: [any InterfaceKind.Type] = [
      ImageKind.self, TextKind.self, SequenceKind.self, LabelKind.self, NormalKind.self,
      UniformKind.self, LatentKind.self, TensorKind.self, MaskKind.self,
    ]

    /// True for equal kinds with equal values.
    package static func == (a: Kind, b: Kind) -> Bool {
      AnyHashable(a.value) == AnyHashable(b.value)
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) { AnyHashable(value).hash(into: &hasher) }
  }
}

extension InterfaceItem.Kind {
  /// The word for the kind, `image`; a page writes it with a capital.
  package var word: String { type(of: value).word }

  /// Where a run takes the numbers from.
  package var source: InterfaceSource { value.source }

  /// True for vectors of words, as sequences are.
  package var takesVectors: Bool { source.words?.isVectors == true }

  /// True for ids of words, as texts are.
  package var takesIds: Bool { source.words?.isVectors == false }

  /// What the elements may be: ids and class numbers are int32.
  package var dtypes: [DType] {
    switch source {
    case .words(let rule) where !rule.isVectors: [.int32]
    case .classes: [.int32]
    case .words, .picture, .drawn: [.float32]
    case .numbers: [.float32, .int32]
    }
  }

  /// The values that are stated for the numbers; nil if none are.
  package var range: ClosedRange<Float>? { value.range }
}

extension InterfaceItem {
  /// The extents of one item, without the batch.
  package var itemShape: [Int] { Array(view.dimensions.dropFirst()) }

  /// The shape with any batch, `[N, 3, 64, 64]`.
  package var shapeTextForAnyBatch: String {
    "[" + (["N"] + itemShape.map(String.init)).joined(separator: ", ") + "]"
  }

  /// True for pictures.
  package var takesPicture: Bool { kind.source.picture != nil }

  /// True for texts and sequences, with or without their words.
  package var takesWords: Bool { kind.source.words != nil }

  /// The name of the text resource that makes numbers of a caption; nil if none does.
  package var textResource: String? {
    kind.source.words.flatMap { $0.vocabulary.isEmpty ? nil : $0.vocabulary }
  }

  /// True for texts and sequences whose words the plan does not have: only numbers can be given.
  package var isWordless: Bool { takesWords && textResource == nil }

  /// One more than the largest whole number allowed, where the numbers are ids or classes; 0 if they
  /// only have to be whole; nil where any number is allowed.
  package var wholeNumberLimit: Int? {
    switch kind.source {
    case .words(let rule) where !rule.isVectors: rows
    case .classes(let count): count
    case .words, .picture, .drawn, .numbers: rows > 0 ? rows : view.dtype == .int32 ? 0 : nil
    }
  }

  /// How the numbers are drawn unless they are given; nil if they are not.
  package var distribution: Distribution? {
    if case .drawn(let distribution) = kind.source { distribution } else { nil }
  }
}
