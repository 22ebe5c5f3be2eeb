using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>The memory statistics, the threads and the metrics of one moment.</summary>
/// <param name="Stats">As <c>runtime.ReadMemStats</c> would say.</param>
/// <param name="Threads">Threads that the runtime knows.</param>
/// <param name="Metrics">As <c>runtime/metrics</c> would say: those that the program's Go version has, sorted by name.</param>
public sealed record RuntimeMetrics(MemStats Stats, Known<int> Threads, IReadOnlyList<RuntimeMetric> Metrics);
