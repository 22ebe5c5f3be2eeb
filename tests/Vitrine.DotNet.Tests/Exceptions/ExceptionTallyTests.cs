using Vitrine.DotNet.Exceptions;

namespace Vitrine.DotNet.Tests.Exceptions;

public sealed class ExceptionTallyTests
{
    [Fact]
    public void Rows_ByTypeAndStack_MessagesOnlyWhenAllowed()
    {
        foreach (var allowed in (bool[])[false, true])
        {
            var tally = new ExceptionTally(allowed);
            tally.Throw(1, 0, [10], "A", "secret=1", isRethrown: false);
            tally.Throw(1, 0, [10], "A", "secret=2", isRethrown: false);
            tally.Throw(1, 0, [20], "B", "", isRethrown: false);

            var rows = tally.Rows();
            Assert.Equal(allowed ? 3 : 2, rows.Count);
            Assert.Equal(3, rows.Sum(static one => one.Count));
            Assert.Equal(allowed, rows.Any(static one => one.Key.Message.Contains("secret", StringComparison.Ordinal)));
        }
    }

    /// <summary>The runtime has no event for <c>throw;</c>: an exception that arrives at a handler without having been thrown was thrown again.</summary>
    [Fact]
    public void Catch_WithoutAThrow_IsOneThrownAgain()
    {
        var tally = new ExceptionTally(keepMessages: false);
        tally.Throw(1, 0, [10], "A", "", isRethrown: false);
        tally.Catch(1, 0, [11]);
        // In the handler another one comes and goes.
        tally.Throw(1, 0, [20], "B", "", isRethrown: false);
        tally.Catch(1, 0, [21]);
        tally.CatchEnd(1);
        // throw;
        tally.Catch(1, 0, [12]);
        tally.CatchEnd(1);
        // Another thread's handler has nothing to do with it.
        tally.Catch(2, 0, [30]);

        Assert.Equal((2, 1), (tally.Thrown, tally.Rethrown));
        var again = tally.Rows().Single(static one => one.Key.IsRethrown);
        Assert.Equal(("A", 1L), (again.Key.Type, again.Count));
        Assert.Equal([12ul], tally.Stacks[again.Key.Stack].ToArray());
    }

    [Fact]
    public void Throw_HostileTexts_StayBounded()
    {
        var tally = new ExceptionTally(keepMessages: true);
        for (var i = 0; i < 20_000; i++) tally.Throw(1, 0, [1], "T", $"{i}{new string('x', 10_000)}", isRethrown: false);

        var rows = tally.Rows();
        Assert.Equal(20_000, rows.Sum(static one => one.Count));
        Assert.InRange(rows.Count, 2, 5_000);
        Assert.All(rows, static one => Assert.True(one.Key.Message.Length <= ExceptionTally.MaximumText));
        Assert.Contains(rows, static one => one.Key.Message == ExceptionTally.OtherText);
    }
}
