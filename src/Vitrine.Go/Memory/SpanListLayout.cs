using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// Where the lists of the span classes are inside <c>mheap_</c>. The array <c>central</c> has an anonymous struct as element (a <c>mcentral</c>
/// and padding), which not every source of layouts can name: its size is the array's divided by its length.
/// </summary>
/// <param name="Central">Offset of the array in <c>mheap</c>.</param>
/// <param name="Stride">Bytes of one element.</param>
/// <param name="Class">Layout of <c>mcentral</c>, which each element begins with.</param>
/// <param name="List">Layout of <c>spanSet</c>.</param>
sealed record SpanListLayout(int Central, int Stride, StructLayout Class, StructLayout List)
{
    /// <summary>The layout; null when the runtime's structures are not known well enough.</summary>
    public static SpanListLayout? Of(RuntimeView view) =>
        view.LayoutOf("runtime.mheap").TryGet(out StructLayout? heap)
        && view.LayoutOf("runtime.mcentral").TryGet(out StructLayout? spanClass)
        && view.LayoutOf("runtime.spanSet").TryGet(out StructLayout? list)
        && heap.TryGetField("central", out StructField central)
        && central.ArrayLength == SizeClasses.SpanClassCount && central.Size % central.ArrayLength == 0
            ? new SpanListLayout(central.Offset, central.Size / central.ArrayLength, spanClass, list)
            : null;

    /// <summary>Length and capacity of a list's spine and its index (head above, tail below); null when it is not readable.</summary>
    public (ulong Length, ulong Capacity, ulong Index)? TryRead(IMemoryReader memory, ulong mheap, int spanClass, bool full, uint half) =>
        Class.OffsetOf($"{(full ? "full" : "partial")}[{half}]") is { } list
        && unchecked(mheap + (ulong)(Central + spanClass * Stride + list)) is var at
        && List.OffsetOf("spineLen") is { } length && memory.TryReadUInt64(at + (ulong)length, out ulong spineLength)
        && List.OffsetOf("spineCap") is { } capacity && memory.TryReadUInt64(at + (ulong)capacity, out ulong spineCapacity)
        && List.OffsetOf("index") is { } index && memory.TryReadUInt64(at + (ulong)index, out ulong headTail)
            ? (spineLength, spineCapacity, headTail)
            : null;
}
