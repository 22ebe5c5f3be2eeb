using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Events;

/// <summary>Runs work while an instrument watches, and looks at what it saw.</summary>
static class While
{
    static readonly EventSource Runtime = EventSource.GetSources().Single(static one => one.Name == EventProviders.Runtime);

    /// <summary>Whether any session asks this process's runtime for these events: what is on after a look was left behind by it.</summary>
    public static bool IsOn(ulong keywords) => Runtime.IsEnabled(EventLevel.Critical, (EventKeywords)keywords);

    /// <summary>Waits until a session asks for these events, then works, then ends the look.</summary>
    /// <param name="keywords">What the look asks the runtime for.</param>
    /// <param name="look">The look, until the token is cancelled.</param>
    /// <param name="work">The work.</param>
    public static T Recording<T>(ulong keywords, Func<CancellationToken, T> look, Action work)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var worker = Task.Factory.StartNew(() =>
        {
            try
            {
                Assert.True(SpinWait.SpinUntil(() => IsOn(keywords), TimeSpan.FromSeconds(60)), "the session did not begin");
                work();
            }
            finally
            {
                stop.Cancel();
            }
        }, TaskCreationOptions.LongRunning);
        var result = look(stop.Token);
        worker.GetAwaiter().GetResult();
        Assert.False(IsOn(keywords), "the session is still there");
        return result;
    }

    /// <summary>The samples with a method on their stack, or all.</summary>
    public static List<Sample> With(this Profile profile, string method = "") =>
        [.. profile.Samples.Where(one => method.Length == 0 || profile.FunctionsOf(one).Any(function => function.Name.EndsWith(method, StringComparison.Ordinal)))];

    /// <summary>Sum of a value over samples.</summary>
    public static long Sum(this IEnumerable<Sample> samples, int value) => samples.Sum(one => one.Values[value]);

    /// <summary>A profile as text, for the output of a test.</summary>
    public static string Text(this Profile profile) => string.Join('\n', profile.Samples.Select(one =>
        $"{string.Join(' ', one.Values.ToArray())} {string.Join(" < ", profile.FunctionsOf(one).Select(static function => function.Name))} {{{string.Join(", ", one.Labels.Select(static label => $"{label.Key}={label.Text ?? label.Number.ToString()}"))}}}")
        .Concat(profile.Comments));
}
