#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The natural logarithm of a positive number.
func logarithm(_ value: Double) -> Double { log(value) }

/// 10 to a power.
func powerOfTen(_ exponent: Double) -> Double { pow(10, exponent) }
