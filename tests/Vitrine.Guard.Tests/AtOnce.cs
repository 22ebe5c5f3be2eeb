namespace Vitrine.Guard.Tests;

/// <summary>What must not wait.</summary>
static class AtOnce
{
    /// <summary>The result of what has completed already; fails when it has not.</summary>
    public static T Of<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.Result;
    }
}
