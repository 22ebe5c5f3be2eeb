namespace Vitrine.DotNet.Runtime;

/// <summary>
/// One figure of a snapshot: a number that is zero or more, or unknown with the reason. It is what <see cref="Vitrine.Instruments.Known{T}"/> is, in eight
/// bytes without a reference, so that a snapshot can be copied as bytes. Its default is unknown, never zero.
/// </summary>
public readonly record struct RuntimeValue
{
    // 0 = never captured, n + 1 = the number n, −r = unknown for reason r.
    readonly long _code;

    RuntimeValue(long code) => _code = code;

    /// <summary>Whether there is a number.</summary>
    public bool IsKnown => _code > 0;

    /// <summary>Why there is none; <see cref="WhyUnknown.No"/> when there is one.</summary>
    public WhyUnknown Why => _code switch
    {
        > 0 => WhyUnknown.No,
        0 => WhyUnknown.NeverCaptured,
        _ => (WhyUnknown)(-_code),
    };

    /// <summary>The number, in the unit of its <see cref="RuntimeField"/>.</summary>
    /// <exception cref="InvalidOperationException">It is unknown; the message has the reason.</exception>
    public long Value => IsKnown ? _code - 1 : throw new InvalidOperationException($"The value is unknown: {Why.Text()}");

    /// <summary>Hands out the number when there is one.</summary>
    public bool TryGet(out long value)
    {
        value = IsKnown ? _code - 1 : 0;
        return IsKnown;
    }

    /// <summary>A number. A negative one is a contradiction in the source and becomes <see cref="WhyUnknown.ReadFailed"/>.</summary>
    internal static RuntimeValue Of(long value) => value is >= 0 and < long.MaxValue ? new(value + 1) : Unknown(WhyUnknown.ReadFailed);

    /// <summary>No number, because of <paramref name="why"/>.</summary>
    internal static RuntimeValue Unknown(WhyUnknown why) => new(why == WhyUnknown.NeverCaptured ? 0 : -(long)why);

    /// <summary>The number, or "unknown (reason)".</summary>
    public override string ToString() => IsKnown ? $"{_code - 1}" : $"unknown ({Why.Text()})";
}
