namespace Vitrine.Pprof.Storage;

/// <summary>
/// Builds the sample tables of a profile from those of another: some samples left out, some stacks cut. Each stack is looked at once however many samples share it.
/// </summary>
internal sealed class SampleSelection
{
    readonly Profile _source;
    readonly SequenceInterner<int> _stacks = new(new SequenceStore<int>());
    readonly RowStore<int> _sampleStacks = new();
    readonly RowStore<int> _sampleLabelSets = new();
    readonly RowStore<long> _sampleValues;

    SampleSelection(Profile source)
    {
        _source = source;
        _sampleValues = new RowStore<long>(source.SampleTypes.Count);
    }

    /// <summary>Decides about one stack. Returns false to drop its samples; may write a shorter stack to <paramref name="kept"/>, which has the length of the old one.</summary>
    public delegate bool StackRule(ReadOnlySpan<int> stack, Span<int> kept, out int keptCount);

    /// <summary>The profile with every stack as the rule leaves it, over the given tables (which may have changed locations).</summary>
    public static Profile ByStack(Profile source, ProfileTables tables, StackRule rule)
    {
        var selection = new SampleSelection(source);
        const int Unknown = -1, Dropped = -2;
        var map = new int[source.Tables.Stacks.Count];
        Array.Fill(map, Unknown);
        var kept = new int[128];
        var from = source.Tables;
        for (var i = 0; i < from.SampleStacks.Count; i++)
        {
            ref var stack = ref map[from.SampleStacks[i]];
            if (stack == Unknown)
            {
                var old = from.Stacks[from.SampleStacks[i]];
                if (kept.Length < old.Length)
                    kept = new int[old.Length];
                stack = rule(old, kept, out var count) ? selection._stacks.Intern(kept.AsSpan(0, count)) : Dropped;
            }
            if (stack != Dropped)
                selection.Add(stack, i);
        }
        return selection.Build(tables with { Stacks = selection._stacks.Store });
    }

    /// <summary>The profile with only the samples for which <paramref name="keep"/> holds.</summary>
    public static Profile BySample(Profile source, Func<Sample, bool> keep)
    {
        var selection = new SampleSelection(source);
        foreach (var sample in source.Samples)
            if (keep(sample))
                selection.Add(sample.StackIndex, sample.Index);
        return selection.Build(source.Tables);
    }

    void Add(int stack, int sample)
    {
        _sampleStacks.Add(stack);
        _sampleLabelSets.Add(_source.Tables.SampleLabelSets[sample]);
        _sampleValues.Add(_source.Tables.SampleValues.Row(sample));
    }

    Profile Build(ProfileTables tables) => new(_source.Header, tables with
    {
        SampleStacks = _sampleStacks,
        SampleLabelSets = _sampleLabelSets,
        SampleValues = _sampleValues,
    });
}
