using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// What the runtime knew of itself at one moment: one figure for each <see cref="RuntimeField"/>. A value type without references: it is filled, copied and
/// published without allocating. Its default holds no figure at all.
/// </summary>
/// <remarks>
/// The figures are read one after the other within some two microseconds, not at one instant: the runtime offers no such instant. Those that come from the last
/// collection are of one piece.
/// </remarks>
public struct RuntimeSnapshot
{
    /// <summary>How many fields there are.</summary>
    public const int FieldCount = (int)RuntimeField.JitTime + 1;

    Values _values;
    long _utcTicks;

    [InlineArray(FieldCount)]
    struct Values
    {
        RuntimeValue _first;
    }

    /// <summary>When the capture began, UTC; <see cref="DateTime.MinValue"/> when nobody captured.</summary>
    public readonly DateTime CapturedAt => new(_utcTicks, DateTimeKind.Utc);

    /// <summary>A field's figure, in the unit that the field's documentation names.</summary>
    public readonly RuntimeValue this[RuntimeField field] => _values[(int)field];

    internal void Begin(DateTime now) => _utcTicks = now.Ticks;

    internal void Set(RuntimeField field, long value) => _values[(int)field] = RuntimeValue.Of(value);

    internal void SetUnknown(RuntimeField field, WhyUnknown why) => _values[(int)field] = RuntimeValue.Unknown(why);

    internal void SetUnknown(RuntimeField first, RuntimeField last, WhyUnknown why)
    {
        for (var field = first; field <= last; field++)
            _values[(int)field] = RuntimeValue.Unknown(why);
    }
}
