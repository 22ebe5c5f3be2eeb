using System.Diagnostics;

namespace Vitrine.Linux.Tests.Support;

/// <summary>Waits for a condition with a bound, instead of sleeping for luck.</summary>
static class Until
{
    public static void True(Func<bool> condition, Func<string> what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(30))
                Assert.Fail($"did not happen within 30 s: {what()}");
            Thread.Sleep(5);
        }
    }
}
