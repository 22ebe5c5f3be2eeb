using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes.Panics;

/// <summary><c>struct config</c> of panics.bpf.c: addresses in the target, 0 where they are not known.</summary>
[StructLayout(LayoutKind.Sequential)]
struct PanicConfig
{
    public ulong TypeAssertionError;
    public ulong HeapLive;
    public ulong HeapInUse;
    public ulong MappedReady;
    public ulong NumGC;

    /// <summary>Finds the addresses in a target. Fields: https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcpacer.go (gcControllerState), mstats.go (mstats).</summary>
    public static PanicConfig Of(GoTarget target) => new()
    {
        TypeAssertionError = target.Binary.Types.TryFind("runtime.TypeAssertionError", out var type) ? unchecked(type + target.Bias) : 0,
        HeapLive = AddressOf(target, "runtime.gcController", "runtime.gcControllerState", "heapLive"),
        HeapInUse = AddressOf(target, "runtime.gcController", "runtime.gcControllerState", "heapInUse"),
        MappedReady = AddressOf(target, "runtime.gcController", "runtime.gcControllerState", "mappedReady"),
        NumGC = AddressOf(target, "runtime.memstats", "runtime.mstats", "numgc"),
    };

    static ulong AddressOf(GoTarget target, string global, string type, string field) =>
        target.Globals.Address(global).TryGet(out var address) && target.Binary.Layouts.TryFind(type, out var layout) && layout.OffsetOf(field) is { } offset
            ? unchecked(address + target.Bias + (ulong)offset)
            : 0;
}
