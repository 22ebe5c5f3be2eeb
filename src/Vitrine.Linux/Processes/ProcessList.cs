namespace Vitrine.Linux.Processes;

/// <summary>The processes of this pid namespace.</summary>
public static class ProcessList
{
    /// <summary>All pids, ascending.</summary>
    public static IEnumerable<int> Pids() => throw new NotImplementedException();

    /// <summary>The pids that a number or a process name means, ascending; empty when none.</summary>
    public static IReadOnlyList<int> Resolve(string pidOrName) => throw new NotImplementedException();
}
