using Vitrine.Pprof;

namespace Vitrine.DotNet.Stacks;

/// <summary>Turns what was counted by stack into samples of a profile.</summary>
static class TallyWriter
{
    /// <summary>Adds a sample for each tally, with its labels. Tallies of the same place are several samples: merge the profile to sum them.</summary>
    public static void Write(
        ProfileBuilder builder, List<(CapturedStack Stack, double Count, double Amount)> tallies,
        Func<(CapturedStack Stack, double Count, double Amount), long[]> values, CancellationToken cancellation)
    {
        var stacks = new StackWriter(builder);
        foreach (var tally in tallies)
        {
            cancellation.ThrowIfCancellationRequested();
            builder.AddSample(stacks.Locations(tally.Stack), values(tally), tally.Stack.Labels.ToLabels());
        }
    }
}
