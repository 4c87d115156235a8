internal import Synchronization
internal import TGMachine
package import TGPlan
internal import TGTensor

/// Compares the weights that functions use with the checksums of their blocks.
///
/// The blocks of a function are read in a thread of their own while the function is prepared and run
/// for the first time; an executor gives nothing away before they have been found whole. Weights of
/// functions that are not run are not read.
package final class WeightVerification: Sendable {
  private let blocks: BlockReader
  private let progress: Mutex<Progress>

  private struct Progress {
    /// The blocks that were read or are being read.
    var begun: [Bool]
    /// The threads that read.
    var readers: [WorkerThread] = []
    /// The state of the file when they were begun.
    var moment: MappedFile.Moment
  }

  /// Nothing is compared yet.
  package init(_ file: PlanFile) {
    blocks = BlockReader(file)
    progress = Mutex(
      Progress(
        begun: [Bool](repeating: false, count: file.blockCount), moment: file.file.moment))
  }

  deinit {
    progress.withLock { for reader in $0.readers { reader.join() } }
  }

  /// Begins to read the weights of a function that were not read yet.
  package func begin(_ function: PlanFunction) {
    progress.withLock { progress in
      var wanted: [Int] = []
      for slot in function.slots where slot.kind == .weight {
        for block in blocks.file.blocks(ofBytes: slot.offset..<slot.offset + slot.byteCount)
        where !progress.begun[block] {
          progress.begun[block] = true
          wanted.append(block)
        }
      }
      guard !wanted.isEmpty else { return }
      let order = wanted.sorted()
      if let reader = WorkerThread({ [blocks] in blocks.read(order) }) {
        progress.readers.append(reader)
      } else {
        blocks.read(order)
      }
    }
  }

  /// Waits until everything that was begun is read.
  ///
  /// - Throws: `RuntimeError.damagedWeights` if a block is not what was written.
  package func demand() throws(RuntimeError) {
    progress.withLock { progress in
      for reader in progress.readers { reader.join() }
      progress.readers = []
    }
    try blocks.demandWhole()
  }

  /// Reads all of it again if the file was written to since it was last read.
  ///
  /// - Throws: `RuntimeError.damagedWeights` if a block is not what was written.
  package func demandUnchanged() throws(RuntimeError) {
    try demand()
    progress.withLock { progress in
      let now = blocks.file.file.moment
      guard now != progress.moment else { return }
      progress.moment = now
      blocks.read(progress.begun.indices.filter { progress.begun[$0] })
    }
    try blocks.demandWhole()
  }
}

/// Reads blocks, and remembers the first that is damaged.
private final class BlockReader: Sendable {
  let file: PlanFile
  private let damaged = Mutex<Int?>(nil)

  init(_ file: PlanFile) { self.file = file }

  func read(_ blocks: [Int]) {
    guard let bad = blocks.first(where: { !file.isWhole(block: $0) }) else { return }
    damaged.withLock { $0 = min($0 ?? bad, bad) }
  }

  func demandWhole() throws(RuntimeError) {
    guard let block = damaged.withLock({ $0 }) else { return }
    throw .damagedWeights(path: file.file.path, block: block, of: file.blockCount)
  }
}
