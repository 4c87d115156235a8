package import TGPlan
import TGTensor

/// The weight section while it is built: blobs of numbers, equal ones stored once.
///
/// Shared by all functions and batch sizes of a plan.
package struct WeightStore: Sendable {
  /// The blobs in the order in which they were first asked for; each starts at a multiple of 16
  /// elements.
  package private(set) var blobs: [[Float]] = []
  /// The first element of each blob.
  package private(set) var offsets: [Int] = []
  /// The elements in all, with the gaps between blobs.
  package private(set) var count = 0
  private var known: [Key: [Int]] = [:]

  /// What is compared before contents are: the length and a few numbers.
  private struct Key: Hashable {
    var count: Int
    var sample: [UInt32]
  }

  /// Makes an empty store.
  package init() {}

  /// Puts a blob into the section, or finds the equal one; returns its slot.
  package mutating func insert(_ elements: [Float]) -> Slot {
    let step = max(1, elements.count / 16)
    let key = Key(
      count: elements.count,
      sample: stride(from: 0, to: elements.count, by: step).map { elements[$0].bitPattern })
    for index in known[key] ?? [] where Self.sameBits(blobs[index], elements) {
      return Slot(kind: .weight, offset: offsets[index], count: elements.count)
    }
    let slot = Slot(kind: .weight, offset: count, count: elements.count)
    known[key, default: []].append(blobs.count)
    blobs.append(elements)
    offsets.append(count)
    count += (elements.count + 15) / 16 * 16
    return slot
  }

  /// Equality that tells zeros of different sign apart and finds NaNs equal.
  private static func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
