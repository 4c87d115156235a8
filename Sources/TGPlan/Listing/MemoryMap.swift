internal import TGTensor

/// How a function uses its arena over time: which slots hold something when, and where it is full.
package struct MemoryMap: Hashable, Sendable {
  /// A slot of the arena with its time.
  package struct Row: Hashable, Sendable {
    /// The number of the slot.
    package var slot: Int
    /// Bytes from the start of the arena.
    package var offset: Int
    /// Bytes of the slot.
    package var bytes: Int
    /// From the first to the last instruction that uses it: -1 stands for the inputs, the number of
    /// instructions for the outputs.
    package var lifetime: ClosedRange<Int>
  }

  /// The slots that are ever used, by offset, then by time.
  package let rows: [Row]
  /// The bytes of the arena.
  package let arenaBytes: Int
  /// The most bytes alive at one instruction: no arena can be smaller.
  package let peakBytes: Int
  /// The first instruction at which so many are alive; -1 stands for the inputs.
  package let peakInstruction: Int
  /// How many instructions there are.
  package let instructionCount: Int

  /// Reads the map off a function that the checker has accepted.
  package init(_ function: PlanFunction) {
    let lifetimes = SlotLifetimes(of: function)
    var rows: [Row] = []
    for (index, slot) in function.slots.enumerated() where slot.kind != .weight {
      guard let lifetime = lifetimes.ranges[index] else { continue }
      rows.append(
        Row(slot: index, offset: slot.offset, bytes: slot.byteCount, lifetime: lifetime))
    }
    rows.sort {
      ($0.offset, $0.lifetime.lowerBound, $0.slot) < ($1.offset, $1.lifetime.lowerBound, $1.slot)
    }
    self.rows = rows
    arenaBytes = function.arenaBytes
    instructionCount = function.instructions.count

    var changes = [Int](repeating: 0, count: instructionCount + 3)
    for row in rows {
      changes[row.lifetime.lowerBound + 1] += row.bytes
      changes[row.lifetime.upperBound + 2] -= row.bytes
    }
    var (alive, most, time) = (0, 0, -1)
    for (index, change) in changes.enumerated() {
      alive += change
      if alive > most { (most, time) = (alive, index - 1) }
    }
    peakBytes = most
    peakInstruction = time
  }

  /// The map as text: a line per slot, time running to the right.
  ///
  /// - Parameter columns: The width of the drawing, at least 1.
  package func drawing(columns: Int = 64) -> String {
    let times = instructionCount + 2
    let width = max(1, min(columns, times))
    var text =
      "arena \(arenaBytes) bytes, at most \(peakBytes) alive, at instruction \(peakInstruction)\n"
    for row in rows {
      let first = (row.lifetime.lowerBound + 1) * width / times
      let last = (row.lifetime.upperBound + 1) * width / times
      let bar = (0..<width).map { (first...last).contains($0) ? "#" : "." }.joined()
      let numbers = ["a\(row.slot)", String(row.offset), String(row.bytes)]
      let padded = zip(numbers, [6, 11, 11]).map { number, width in
        String(repeating: " ", count: max(0, width - number.count)) + number
      }
      text += padded.joined() + "  " + bar + "\n"
    }
    return text
  }
}
