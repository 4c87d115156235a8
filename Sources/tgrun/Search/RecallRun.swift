import TGCommandLine
import TGRetrieval
import TGTensor

/// How many queries of a data set find what is right within the first k entries.
struct RecallRun {
  let run: VectorRun
  let index: VectorIndex
  /// The path of the index.
  let path: String
  let data: RetrievalData

  /// The numbers of entries that are looked at.
  static let levels = [1, 5, 10, 50]

  /// Computes all queries and prints the recalls.
  ///
  /// - Throws: `RetrievalError.notInIndex` if the index was made of other pictures.
  func measure(_ job: SearchJob) throws {
    let rows = try self.rows()
    let labels = try self.labels(rows)
    let items = data.queries.map { query in
      VectorRun.Item(
        picture: data.entries[query.source].file, caption: query.text,
        location: "\(query.location): ")
    }
    guard !items.isEmpty else { throw Failure(.badInput, "the data set has no queries") }
    var ranks: [Int] = []
    let leftOut = try run.each(items) { number, vector in
      let query = data.queries[number]
      guard let scores = index.scores(of: vector) else {
        throw Failure(
          .checkFailed, "\(query.location): the vector of the query has length 0")
      }
      let own = data.leavesOutSource ? rows[query.source] : nil
      let rank = VectorIndex.rank(scores, leftOut: own) { labels[$0] == query.label }
      guard let rank else {
        throw Failure(
          .badInput, "\(query.location): nothing in \(path) is right, '\(query.label)'")
      }
      ranks.append(rank)
    }
    if !ranks.isEmpty { try tell(ranks, job) }
    try leftOut.tell(on: job.console, hint: "queries with them are not counted")
  }

  /// The row of each entry of the data in the index.
  private func rows() throws -> [Int] {
    var known: [String: Int] = [:]
    for (row, entry) in index.entries.enumerated() {
      if let file = entry.file { known[file] = row }
    }
    return try data.entries.map { entry in
      let file = entry.file ?? ""
      guard let row = known[file] else { throw RetrievalError.notInIndex(path: path, file: file) }
      return row
    }
  }

  /// The label of each row of the index; what the data does not list is never right.
  private func labels(_ rows: [Int]) throws -> [String?] {
    var labels = [String?](repeating: nil, count: index.entries.count)
    for (row, label) in zip(rows, data.labels) { labels[row] = label }
    return labels
  }

  private func tell(_ ranks: [Int], _ job: SearchJob) throws {
    let recalls = Self.levels.map { level in
      (level, Double(ranks.count { $0 < level }) / Double(ranks.count))
    }
    guard job.console.isJSON else {
      for (level, share) in recalls {
        try job.console.print("R@\(level)\t\((share * 10_000).rounded() / 100) %")
      }
      job.console.note("\(ranks.count) queries, \(index.entries.count) entries")
      return
    }
    let told: [(String, JSON)] = [
      ("index", .string(path)), ("queries", .integer(ranks.count)),
      ("entries", .integer(index.entries.count)),
      ("recall", .pairs(recalls.map { (String($0.0), .number($0.1)) })),
    ]
    try job.console.print(JSON.document(job.description + told).text(indented: true))
  }
}
