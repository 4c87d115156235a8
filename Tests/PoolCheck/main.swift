import Glibc
import TGKernels

// The thread pool by itself, for the thread sanitizer: `Tools/fuzz pool` compiles this file with
// Sources/TGRuntime/ThreadPool.swift. Each call reads what all tiles of the call before have written,
// so a missing edge between two calls, or between two tiles, is a race that the sanitizer reports.

/// What a tile needs: how many elements each has, and where they are read and written.
struct Step {
  var size: Int
  var source: UnsafeMutablePointer<Int>
  var target: UnsafeMutablePointer<Int>
  var count: Int
}

/// target[i] = source[i] + source[count - 1 - i] + 1, for the elements of a tile; through the thread's
/// own scratch memory.
func call(_ step: Step) -> KernelCall {
  KernelCall(
    tileCount: (step.count + step.size - 1) / step.size, workspaceBytes: step.size * 8,
    record: KernelRecord([step]),
    function: { record, tile, workspace in
      let step = record.assumingMemoryBound(to: Step.self).pointee
      let scratch = workspace.assumingMemoryBound(to: Int.self)
      let range = tile * step.size..<min(step.count, (tile + 1) * step.size)
      for index in range {
        scratch[index - range.lowerBound] =
          step.source[index] &+ step.source[step.count - 1 - index] &+ 1
      }
      for index in range { step.target[index] = scratch[index - range.lowerBound] }
    })
}

let count = 96
let (first, second) = (
  UnsafeMutablePointer<Int>.allocate(capacity: count),
  UnsafeMutablePointer<Int>.allocate(capacity: count)
)

/// Numbers that follow from each other.
struct Numbers {
  private var state: UInt64 = 1

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
var numbers = Numbers()

/// What a call does, element by element.
func computed(from source: [Int]) -> [Int] {
  source.indices.map { source[$0] &+ source[source.count - 1 - $0] &+ 1 }
}

let pools = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 100 : 100
var runs = 0
for number in 0..<pools {
  let memory = [first, second]
  for array in memory { array.initialize(repeating: 0, count: count) }
  var expected = [[Int]](repeating: [Int](repeating: 0, count: count), count: 2)
  let calls = (0..<1 + numbers.below(6)).map { index in
    call(
      Step(
        size: [1, 3, 7, 40, 96][numbers.below(5)], source: memory[index % 2],
        target: memory[(index + 1) % 2], count: count))
  }
  let pool = try ThreadPool(calls: calls, threads: 1 + numbers.below(8))
  for _ in 0..<20 + numbers.below(200) {
    for index in calls.indices {
      pool.run(call: index)
      expected[(index + 1) % 2] = computed(from: expected[index % 2])
      runs += 1
      // Workers fall asleep now and then, and wake up.
      if numbers.below(300) == 0 { usleep(2000) }
    }
  }
  for (array, sums) in zip(memory, expected) {
    guard (0..<count).allSatisfy({ array[$0] == sums[$0] }) else {
      print("pool \(number): threads change the result")
      exit(1)
    }
  }
}
print("pool: \(pools) pools, \(runs) calls, no race")
