using System.Net;
using System.Net.Sockets;

namespace Vitrine.Grpc;

/// <summary>
/// The calls of a method that are in progress. When all places are taken, a newcomer is refused; or, where <see cref="GrpcLimits.MakesRoom"/> is set, gets the place of the oldest call of the address that has most of them: who takes
/// many pays with his own, and who has one keeps it.
/// </summary>
sealed class CallPlaces(int most, bool makesRoom)
{
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();

    // The oldest first.
    readonly LinkedList<Place> _taken = [];

    /// <summary>Takes a place; disposing gives it back.</summary>
    /// <param name="call">Who takes it.</param>
    /// <param name="cut">Is cancelled when the place is taken away.</param>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: there is none.</exception>
    public IDisposable Take(GrpcCall call, CancellationTokenSource cut)
    {
        var place = new Place(this, PeerOf(call.Http.Connection.RemoteIpAddress), cut);
        Place? last = null;
        lock (_lock)
        {
            if (_taken.Count >= most)
            {
                if (!makesRoom) throw new GrpcException(new GrpcStatus(GrpcStatusCode.ResourceExhausted, $"{most} calls of {call.Service}/{call.Method} are in progress already: try again when one has ended.", s_retry));
                last = OldestOfTheLargest(place.Peer);
                _taken.Remove(last.Node);
            }
            _taken.AddLast(place.Node);
        }
        // What it holds is given back on its own time; its place is not counted any more.
        if (last is not null) _ = last.Cut.CancelAsync();
        return place;
    }

    Place OldestOfTheLargest(IPAddress? newcomer)
    {
        var counts = new Dictionary<IPAddress, int>();
        // The newcomer counts too, so that with equal shares his own does not become the largest unseen.
        Add(newcomer);
        foreach (var place in _taken) Add(place.Peer);
        var largest = counts.Values.Max();
        return _taken.First(place => counts[place.Peer ?? IPAddress.None] == largest);

        void Add(IPAddress? peer) => counts[peer ?? IPAddress.None] = counts.GetValueOrDefault(peer ?? IPAddress.None) + 1;
    }

    void GiveBack(Place place)
    {
        lock (_lock)
        {
            if (place.Node.List is not null) _taken.Remove(place.Node);
        }
    }

    // One host has all the addresses of a network of IPv6 (RFC 4291, 2.5.4).
    static IPAddress? PeerOf(IPAddress? address)
    {
        if (address is null) return null;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(bytes);
    }

    sealed class Place : IDisposable
    {
        readonly CallPlaces _places;

        public Place(CallPlaces places, IPAddress? peer, CancellationTokenSource cut)
        {
            (_places, Peer, Cut) = (places, peer, cut);
            Node = new(this);
        }

        public LinkedListNode<Place> Node { get; }

        public IPAddress? Peer { get; }

        public CancellationTokenSource Cut { get; }

        public void Dispose() => _places.GiveBack(this);
    }
}
