internal import TGTensor

/// Pictures with captions, and queries with their answers: a data set of retrieval, read from a user's
/// own copy.
package struct RetrievalData: Hashable, Sendable {
  /// A picture and a text, and what they ask for.
  package struct Query: Hashable, Sendable {
    /// The entry of the picture that is shown.
    package let source: Int
    /// What should be different.
    package let text: String
    /// The label of what is sought.
    package let label: String
    /// Where the query stands, `FILE:LINE` or a file.
    package let location: String
  }

  /// The gallery: the paths of all pictures, with their captions.
  package let entries: [IndexEntry]
  /// What makes an entry right: for each of them its caption, or itself.
  package let labels: [String]
  /// The queries, in the order of the file.
  package let queries: [Query]
  /// True if the picture that is shown is no answer.
  package let leavesOutSource: Bool

  /// The kinds of copies, as the command line names them.
  package enum Kind: String, CaseIterable, Sendable {
    /// `entries.jsonl` and `queries.jsonl` of our own.
    case plain
    /// Fashion200k (Han et al., ICCV 2017), with the queries of TIRG.
    case fashion200k
    /// MIT-States (Isola, Lim, Adelson, CVPR 2015).
    case mitStates = "mit-states"
    /// Dresses of Fashion-IQ (Wu et al., CVPR 2021).
    case fashionIQDress = "fashion-iq-dress"
    /// Shirts of Fashion-IQ.
    case fashionIQShirt = "fashion-iq-shirt"
    /// Tops and tees of Fashion-IQ.
    case fashionIQToptee = "fashion-iq-toptee"
    /// Shoes (Guo et al., NeurIPS 2018).
    case shoes
  }

  /// Reads the part for testing of a copy.
  ///
  /// - Throws: `RetrievalError`, with the file and the line.
  package static func read(_ kind: Kind, folder: String) throws(RetrievalError) -> RetrievalData {
    guard Path.isFolder(folder) else { throw .lacking(path: folder, what: "is no folder") }
    let data =
      switch kind {
      case .plain: try plain(folder)
      case .fashion200k: try fashion200k(folder)
      case .mitStates: try mitStates(folder)
      case .fashionIQDress: try fashionIQ(folder, category: "dress")
      case .fashionIQShirt: try fashionIQ(folder, category: "shirt")
      case .fashionIQToptee: try fashionIQ(folder, category: "toptee")
      case .shoes: try shoes(folder)
      }
    guard !data.entries.isEmpty else { throw .lacking(path: folder, what: "lists no pictures") }
    return data
  }

  /// Entries are in the gallery once each; what is said of a file again is not taken.
  struct Gallery {
    private(set) var entries: [IndexEntry] = []
    private var rows: [String: Int] = [:]
    let folder: String

    init(folder: String) { self.folder = folder }

    /// Adds a file of the folder.
    ///
    /// - Returns: false if it is there already.
    mutating func add(_ file: String, caption: String?) -> Bool {
      guard rows.updateValue(entries.count, forKey: file) == nil else { return false }
      entries.append(IndexEntry(file: Path.join(folder, file), caption: caption))
      return true
    }

    /// The row of a file as it was added; nil if there is none.
    func row(_ file: String) -> Int? { rows[file] }
  }
}
