using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>Arithmetic on figures that may be unknown: the result is unknown with the reason of the first input that is.</summary>
static class Figures
{
    /// <summary>Applies a rule of the runtime to figures; all arithmetic wraps as it does in Go.</summary>
    public static Known<ulong> Compute(string route, Func<ulong[], ulong> rule, params ReadOnlySpan<Known<ulong>> inputs)
    {
        var values = new ulong[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!inputs[i].TryGet(out values[i]))
                return Known<ulong>.Unknown(inputs[i].Reason);
        }
        return Known<ulong>.Of(rule(values), Provenance.Computed(route));
    }

    /// <summary>The sum of figures.</summary>
    public static Known<ulong> Sum(string route, params ReadOnlySpan<Known<ulong>> inputs) =>
        Compute(route, values => values.Aggregate(0UL, (sum, value) => sum + value), inputs);

    /// <summary>The first figure that is known; the reason of the first when none is.</summary>
    public static Known<ulong> FirstKnown(Known<ulong> first, Known<ulong> second) => first.IsKnown || !second.IsKnown ? first : second;
}
