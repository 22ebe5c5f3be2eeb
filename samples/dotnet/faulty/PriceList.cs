using System.Security.Cryptography;
using System.Text;

namespace Faulty;

/// <summary>Prices of articles. They follow from the name: a service without a database.</summary>
sealed class PriceList
{
    /// <summary>What a number of pieces costs, in cents.</summary>
    public async Task<Quote> Quote(string article, int pieces)
    {
        var price = await Price(article);
        return new(article, pieces, price * Math.Clamp(pieces, 1, 1000));
    }

    static async Task<long> Price(string article)
    {
        // As long as a close database takes.
        await Task.Delay(1);
        return 100 + SHA256.HashData(Encoding.UTF8.GetBytes(article))[0];
    }
}

/// <summary>An answer.</summary>
sealed record Quote(string Article, int Pieces, long Cents);
