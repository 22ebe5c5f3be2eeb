using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Allocations;

/// <summary>One event <c>AllocationSampled</c> of the runtime. Valid as long as the event it was read from.</summary>
readonly ref struct SampledAllocation
{
    /// <summary>Number of the event in the provider Microsoft-Windows-DotNETRuntime (src/coreclr/vm/ClrEtwAll.man).</summary>
    public const int EventId = 303;

    /// <summary>The generation that it begins its life in: 0, 3 for large and 4 for pinned objects.</summary>
    public byte Generation { get; init; }

    /// <summary>The object's type, with its namespace, as the runtime writes it.</summary>
    public required ReadOnlySpan<char> Type { get; init; }

    /// <summary>Where the object is, until a collection moves it.</summary>
    public required ulong Address { get; init; }

    /// <summary>Its size in bytes: header, fields and alignment.</summary>
    public required ulong Size { get; init; }

    /// <summary>Number of what the thread worked for.</summary>
    public int Work { get; init; }

    /// <param name="e">The event.</param>
    /// <param name="work">Whose work it belongs to; null when that is not wanted.</param>
    /// <exception cref="BadNettraceException">The event is shorter than its fields.</exception>
    public static SampledAllocation Read(in NettraceEvent e, EventWork? work)
    {
        var fields = e.Read();
        var kind = fields.ReadUInt32(); // small, large or pinned
        fields.ReadUInt16(); // runtime instance
        fields.ReadPointer(); // type
        return new()
        {
            Generation = kind switch { 1 => 3, 2 => 4, _ => 0 }, Type = fields.ReadUtf16(), Address = fields.ReadPointer(), Size = fields.ReadUInt64(), Work = work?.Of(e.ThreadId, e.Ticks) ?? WorkNumbers.None,
        };
    }
}
