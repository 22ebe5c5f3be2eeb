namespace Vitrine.Go.Profiles;

/// <summary>The runtime's three bucket lists; the values are those of its bucketType.</summary>
enum BucketListKind
{
    /// <summary><c>mbuckets</c>: allocations.</summary>
    Memory = 1,

    /// <summary><c>bbuckets</c>: blocking.</summary>
    Block = 2,

    /// <summary><c>xbuckets</c>: mutex contention.</summary>
    Mutex = 3,
}
