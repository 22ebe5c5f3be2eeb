namespace Vitrine.Go.Goroutines;

/// <summary>Counts what happened to every goroutine, and moves the rows that are shown to the front.</summary>
internal static class ConsistencyCount
{
    public static GoroutineConsistency Compact(GoroutineRecord[] rows, GoroutineDumpOptions options, TimeSpan skew, out int shown)
    {
        int dead = 0, hidden = 0, torn = 0, running = 0, retried = 0;
        shown = 0;
        for (int index = 0; index < rows.Length; index++)
        {
            ref readonly GoroutineRecord row = ref rows[index];
            if (row.State == GoroutineState.Dead)
            {
                dead++;
                continue;
            }
            if ((row.Flags & GoroutineFlags.Retried) != 0)
                retried++;
            if ((row.Flags & GoroutineFlags.System) != 0 && !options.WithSystemGoroutines)
            {
                hidden++;
                continue;
            }
            if (row.StackStatus == StackStatus.Torn)
                torn++;
            else if (row.StackStatus == StackStatus.Running)
                running++;
            if (shown != index)
                rows[shown] = row;
            shown++;
        }
        return new GoroutineConsistency
        {
            Total = shown + hidden,
            Accepted = shown - torn - running,
            Retried = retried,
            Torn = torn,
            Running = running,
            Dead = dead,
            SystemHidden = hidden,
            Skew = skew,
        };
    }
}
