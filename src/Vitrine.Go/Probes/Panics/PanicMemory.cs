using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Panics;

/// <summary>Memory at the moment of a panic. The first four figures were read by the probe itself, at that very instruction; the statistics a moment later, from outside.</summary>
/// <param name="HeapLive">Bytes that the collector counts as live: marked by the last cycle, or allocated since.</param>
/// <param name="HeapInUse">Bytes in spans of the heap that are in use.</param>
/// <param name="MappedReady">Bytes of memory that the runtime holds ready for use: heap, stacks and its own.</param>
/// <param name="NumGC">Completed collections.</param>
/// <param name="Stats">What <c>runtime.ReadMemStats</c> would have said when user space heard of the panic; unknown when the process was gone by then, or when another panic had just been measured.</param>
public sealed record PanicMemory(Known<ulong> HeapLive, Known<ulong> HeapInUse, Known<ulong> MappedReady, Known<uint> NumGC, Known<Look<MemStats>> Stats);
