namespace Vitrine.Go.Goroutines;

internal sealed class GoroutineReader(GoTarget target) : IDisposable
{
    public GoroutineDump Read(GoroutineDumpOptions options, CancellationToken cancellation) => throw new NotImplementedException(target.Name + options + cancellation);

    public void Dispose()
    {
    }
}
