using System.Reflection;
using Xunit.v3;

namespace Vitrine.TestTargets;

/// <summary>
/// Leaves a test, or all tests of a class, out of <c>./test --quick</c>, which shows each of them as skipped with the reason. The full run has them all. <c>tests/Vitrine.Repository.Tests</c> holds that the short run
/// keeps a test of every verb and of every folder of tests.
/// </summary>
/// <remarks>The class's constructor runs before: a target that a test needs alone is better started by the test than by the constructor.</remarks>
/// <param name="reason">What makes it long, or what it needs that the short run does not have.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class FullRunOnlyAttribute(string reason) : BeforeAfterTestAttribute
{
    /// <summary>What makes it long, or what it needs.</summary>
    public string Reason { get; } = reason;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Prerequisite.IsQuickRun) Assert.Skip($"left out of --quick: {Reason}");
    }
}
