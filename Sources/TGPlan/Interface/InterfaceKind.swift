package import TGTensor

/// What the numbers of an input or output mean. A kind is one file: its word, what a page says of
/// it, its fields in the plan, its rules, how it is listed, and where a run takes its numbers from.
package protocol InterfaceKind: Hashable, Sendable {
  /// The number of `InterfaceItem.Kind` in `spec/plan.proto`.
  static var code: Int { get }
  /// The word in listings and JSON, in lower case; a page writes it with a capital.
  static var word: String { get }
  /// What may stand in the parentheses of the type in a page, in order.
  static var labels: [String] { get }
  /// The kind with every field at its default.
  init()
  /// The kind as a page declares it.
  ///
  /// - Throws: `KindError`, and what the declaration throws.
  init(declared type: some KindDeclaration) throws
  /// Shows the fields of the kind to an archive, named as in `spec/plan.proto`.
  mutating func visit<Archive: PlanArchive>(_ archive: inout Archive) throws(Archive.Failure)
  /// Checks an item of the kind, whose view lies in its slot.
  ///
  /// - Throws: `PlanError`.
  func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError)
  /// Where a run takes the numbers from.
  var source: InterfaceSource { get }
  /// The values that are stated for the numbers; nil if none are.
  var range: ClosedRange<Float>? { get }
  /// The axes of one item as a page declares them; the batch comes before them.
  func itemShape(declared sizes: [Int]) -> [Int]
  /// What JSON says of the kind besides its word and shape.
  var members: [(String, JSON)] { get }
  /// What a listing says of the kind besides its word and shape; empty if nothing.
  var details: String { get }
  /// What is asked for where an input is missing: `a picture for 'image'`.
  func demand(of item: InterfaceItem) -> String
  /// How it is given.
  func remedy(of item: InterfaceItem) -> String
}

extension InterfaceKind {
  /// Nothing stands in the parentheses.
  package static var labels: [String] { [] }
  /// Nothing is declared.
  package init(declared type: some KindDeclaration) throws { self.init() }
  /// No fields.
  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {}
  /// No rules.
  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {}
  /// Any numbers.
  package var range: ClosedRange<Float>? { nil }
  /// The sizes as they stand.
  package func itemShape(declared sizes: [Int]) -> [Int] { sizes }
  /// Nothing more to say.
  package var members: [(String, JSON)] { [] }
  /// Nothing more to say.
  package var details: String { "" }
  /// An array.
  package func demand(of item: InterfaceItem) -> String {
    "an array for '\(item.name)' \(item.shapeTextForAnyBatch)"
  }
  /// An array by its file.
  package func remedy(of item: InterfaceItem) -> String { "say --input \(item.name)=FILE.npy" }
}

/// Where a run takes the numbers of an input from.
package enum InterfaceSource: Hashable, Sendable {
  /// A picture, brought to the size and range of the plan.
  case picture(PictureRule)
  /// A caption, through the words of the plan; or ids or vectors of words, with their lengths.
  case words(WordRule)
  /// Whole numbers, `0 ..< count`, one for each item.
  case classes(count: Int)
  /// Drawn from the seed, unless they are given.
  case drawn(Distribution)
  /// Numbers; a code is what edits and inversions work on.
  case numbers(isCode: Bool)

  /// How pictures become numbers; nil if none are taken.
  package var picture: PictureRule? { if case .picture(let rule) = self { rule } else { nil } }

  /// How captions become numbers; nil if none are taken.
  package var words: WordRule? { if case .words(let rule) = self { rule } else { nil } }
}

/// How a picture becomes numbers.
package struct PictureRule: Hashable, Sendable {
  /// The number for black.
  package var low: Float
  /// The number for white.
  package var high: Float
  /// How a picture of another size is fitted: `crop`, `stretch`, `pad`; empty: not at all.
  package var fit: String
  /// By which filter; empty where nothing is fitted.
  package var filter: String
}

/// How words become numbers.
package struct WordRule: Hashable, Sendable {
  /// The name of the plan's text resource; empty if only numbers can be given.
  package var vocabulary: String
  /// True for a vector for each word, false for an id.
  package var isVectors: Bool
}

/// How independent numbers are drawn.
package enum Distribution: Hashable, Sendable {
  /// Standard normal.
  case normal
  /// Uniform in `low ..< high`.
  case uniform(low: Float, high: Float)
}
