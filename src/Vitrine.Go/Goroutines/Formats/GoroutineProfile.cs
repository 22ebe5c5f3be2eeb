namespace Vitrine.Go.Goroutines.Formats;

/// <summary>Turns a dump into the profile that <c>pprof.Lookup("goroutine")</c> would give: one sample type <c>goroutine/count</c>, labels kept.</summary>
public static class GoroutineProfile
{
}
