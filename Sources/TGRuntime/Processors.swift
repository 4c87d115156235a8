#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGTensor

/// How many processors this process may use, at least 1: those of the machine, less those that its
/// affinity leaves out, and no more than the quota of its control group.
package func processorCount() -> Int {
  var count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
  let status = StreamBytes.text(path: "/proc/self/status") ?? ""
  if let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) {
    let allowed = line.dropFirst("Cpus_allowed:".count).reduce(0) {
      $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    if allowed > 0 { count = min(count, allowed) }
  }
  let quotas = [
    StreamBytes.text(path: "/sys/fs/cgroup/cpu.max"),
    StreamBytes.text(path: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us").flatMap { quota in
      StreamBytes.text(path: "/sys/fs/cgroup/cpu/cpu.cfs_period_us").map { "\(quota) \($0)" }
    },
  ]
  for text in quotas.compactMap(\.self) {
    let numbers = text.split { $0 == " " || $0 == "\n" }.map { Int($0) ?? 0 }
    guard numbers.count >= 2, numbers[0] > 0, numbers[1] > 0 else { continue }
    count = min(count, (numbers[0] - 1) / numbers[1] + 1)
  }
  return max(1, count)
}
