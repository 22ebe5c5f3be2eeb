using Vitrine.DotNet.Labels;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Labels;

/// <summary>Whether labels are read is one state of the process: nothing else may read them meanwhile.</summary>
public sealed class ProfileLabelsTests
{
    [Fact]
    public void Scope_WhileNobodyReads_DoesNothingAndAllocatesNothing()
    {
        Assert.False(ProfileLabels.IsRead);
        Assert.Equal(0, AllocatedBytes.Of(static () =>
        {
            using (ProfileLabels.Scope(("tenant", "blue")))
                if (ProfileLabels.Current.Count != 0) throw new InvalidOperationException();
        }));
    }

    [Fact]
    public void Scope_Nested_AddsAndReplaces_AndEndsInOrder()
    {
        using var reader = ProfileLabels.KeepReady();
        using (ProfileLabels.Scope(("tenant", "blue"), ("route", "/quote")))
        {
            using (ProfileLabels.Scope(("route", "/stock"), ("a", "first")))
                Assert.Equal("a=first, route=/stock, tenant=blue", ProfileLabels.Current.ToString());
            Assert.Equal("route=/quote, tenant=blue", ProfileLabels.Current.ToString());
        }
        Assert.Empty(ProfileLabels.Current);
    }

    [Fact]
    public async Task Scope_AcrossAwaitsAndIntoTasks_Holds_AndDoesNotLeakOut()
    {
        using var reader = ProfileLabels.KeepReady();
        var seen = await Task.WhenAll(Enumerable.Range(0, 20).Select(static async i =>
        {
            using (ProfileLabels.Scope(("n", $"{i}")))
            {
                await Task.Yield();
                var child = Task.Run(static async () => { await Task.Yield(); return ProfileLabels.Current.ToString(); });
                return (i, Here: ProfileLabels.Current.ToString(), Child: await child);
            }
        }));

        Assert.All(seen, static one => Assert.Equal(($"n={one.i}", $"n={one.i}"), (one.Here, one.Child)));
        Assert.Empty(ProfileLabels.Current);
    }

    [Fact]
    public void KeepReady_DisposedTwice_CountsOnce()
    {
        var one = ProfileLabels.KeepReady();
        using var other = ProfileLabels.KeepReady();
        one.Dispose();
        one.Dispose();

        Assert.True(ProfileLabels.IsRead);
    }

    [Fact]
    public void Scope_BadLabels_AreRefused()
    {
        using var reader = ProfileLabels.KeepReady();

        Assert.ThrowsAny<ArgumentException>(static () => ProfileLabels.Scope(("", "x")));
        Assert.ThrowsAny<ArgumentException>(static () => ProfileLabels.Scope(("x", null!)));
        Assert.ThrowsAny<ArgumentException>(static () => ProfileLabels.Scope([.. Enumerable.Range(0, 65).Select(static i => ($"k{i}", "v"))]));
        Assert.Empty(ProfileLabels.Current);
    }

    [Fact]
    public void Lists_WithTheSameLabels_AreEqual()
    {
        using var reader = ProfileLabels.KeepReady();
        LabelList one, other;
        using (ProfileLabels.Scope(("a", "1"), ("b", "2"))) one = ProfileLabels.Current;
        using (ProfileLabels.Scope(("b", "2"), ("a", "1"))) other = ProfileLabels.Current;

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, LabelList.Empty);
    }
}
