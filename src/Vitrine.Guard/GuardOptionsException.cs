namespace Vitrine.Guard;

/// <summary>Settings of the guard that cannot be right. At the start it ends the start; at a reload the settings of before stay in force.</summary>
/// <param name="problems">One sentence for each, with the key (below the guard's section, such as <c>Identity:Jwt:Issuer</c>) and what to do. Never a secret.</param>
public sealed class GuardOptionsException(IReadOnlyList<string> problems) : Exception("The settings of the guard are not right:" + string.Concat(problems.Select(static one => "\n  " + one)))
{
    /// <summary>All that is wrong, not only the first.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;

    /// <summary>Throws when there is anything in <paramref name="problems"/>.</summary>
    public static void ThrowIfAny(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0) throw new GuardOptionsException(problems);
    }
}
