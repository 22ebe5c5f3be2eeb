namespace Vitrine.Grpc;

/// <summary>How many calls of a method are in progress.</summary>
sealed class CallPlaces(int most)
{
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    int _taken;

    /// <summary>Takes a place; disposing gives it back.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: there is none.</exception>
    public IDisposable Take(GrpcCall call)
    {
        if (Interlocked.Increment(ref _taken) <= most) return new Place(this);
        Interlocked.Decrement(ref _taken);
        throw new GrpcException(new GrpcStatus(GrpcStatusCode.ResourceExhausted, $"{most} calls of {call.Service}/{call.Method} are in progress already: try again when one has ended.", s_retry));
    }

    sealed class Place(CallPlaces places) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref places._taken);
    }
}
