/* The reference workload by hand: `model.py` and the engine's points in C, for a compiler that vectorises.
 *
 * Blocks of draws stay in the cache; every inner loop runs over the draws of a block. Built without
 * infinities (-ffast-math): a date that never comes is NEVER, one that came before the start is PAST.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define INPUTS 30
#define OUTPUTS 13
#define YEARS 27
#define BLOCK 512
#define COEFFICIENTS 16
#define VALUES 4
#define BINS 1024
#define SLOTS (BINS + 2)
#define NEVER 1e30f
#define PAST -1e30f
#define LOG_FLOP_REF 55.2620422318571f
#define NOTICEABLE 1e-3f
#define EACH for (int i = 0; i < BLOCK; i++)

enum { NORMAL, LOGNORMAL, POLYNOMIAL, LOGISTIC, DISCRETE };

enum {
    LOG_FLOP, GROWTH, GROWTH_YEARS, LOG_POWER, POWER_GROWTH, SOFTNESS, ALPHA, BETA, LOG_TOKENS_REF,
    LOG_REDUCIBLE_REF, IRREDUCIBLE, R_D, R_N, LOG_TEXT, TEXT_GROWTH, QUALITY, LOG_MULTIMODAL,
    MULTIMODAL_GROWTH, PRIVATE_SHARE, SYNTHETIC, RAMP_DATE, RAMP_YEARS, LOG_GPT4, GENERATION_STEP, PROGRESS,
    TRAINING_YEARS, LAG
};

enum { WALL, RELEASE = 3, PENALTY_DATE = 7, LOG_FLOP_2030, LOG_TOKENS_2030, LOSS, PENALTY = 12 };

struct prior {
    int32_t family;
    float numbers[COEFFICIENTS];   /* coefficients, constant first; or the values of a discrete belief */
    float thresholds[VALUES - 1];
};

struct histogram {
    float lower, upper;
};

static uint32_t rotate(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

#define ROUND(bits) x0 += x1; x1 = rotate(x1, bits) ^ x0;
#define ROUNDS(a, b, c, d, k0, k1, n) ROUND(a) ROUND(b) ROUND(c) ROUND(d) x0 += k0; x1 += k1 + n;

/* Threefry-2x32-20 (Salmon et al. 2011) and the normal quantile of Giles (2012), as in the engine. */
static void scores(uint32_t seed, uint64_t first, uint32_t stream, float *restrict z)
{
    static const float centre[9] = {2.81022636e-08f, 3.43273939e-07f, -3.5233877e-06f, -4.39150654e-06f,
        2.1858087e-04f, -1.25372503e-03f, -4.17768164e-03f, 2.46640727e-01f, 1.50140941f};
    static const float tail[9] = {-2.00214257e-04f, 1.00950558e-04f, 1.34934322e-03f, -3.67342844e-03f,
        5.73950773e-03f, -7.6224613e-03f, 9.43887047e-03f, 1.00167406f, 2.83297682f};
    uint32_t k0 = seed, k1 = (uint32_t)(first >> 32), k2 = k0 ^ k1 ^ 0x1BD11BDAu, low = (uint32_t)first;
    EACH {
        uint32_t x0 = low + (uint32_t)i + k0, x1 = stream + k1;
        ROUNDS(13, 15, 26, 6, k1, k2, 1u)
        ROUNDS(17, 29, 16, 24, k2, k0, 2u)
        ROUNDS(13, 15, 26, 6, k0, k1, 3u)
        ROUNDS(17, 29, 16, 24, k1, k2, 4u)
        ROUNDS(13, 15, 26, 6, k2, k0, 5u)
        (void)x1;
        float u = ((float)(int32_t)(x0 >> 9) + 0.5f) * 0x1p-23f;
        float w = -logf(4.0f * u * (1.0f - u));
        int in_tail = w >= 5.0f;
        float t = in_tail ? sqrtf(w) - 3.0f : w - 2.5f, ratio = 0.0f;
        for (int k = 0; k < 9; k++)
            ratio = ratio * t + (in_tail ? tail[k] : centre[k]);
        z[i] = 1.41421356f * ratio * (2.0f * u - 1.0f);
    }
}

static void at_score(const struct prior *prior, float *restrict x)
{
    const float *c = prior->numbers, *bound = prior->thresholds;
    switch (prior->family) {
    case NORMAL:
        EACH x[i] = c[0] + c[1] * x[i];
        break;
    case LOGNORMAL:
        EACH x[i] = expf(c[0] + c[1] * x[i]);
        break;
    case DISCRETE:
        EACH {
            float z = x[i];
            x[i] = z >= bound[2] ? c[3] : z >= bound[1] ? c[2] : z >= bound[0] ? c[1] : c[0];
        }
        break;
    default:
        EACH {
            float total = 0.0f;
            for (int k = COEFFICIENTS - 1; k >= 0; k--)
                total = total * x[i] + c[k];
            x[i] = total;
        }
        if (prior->family == LOGISTIC)
            EACH x[i] = 1.0f / (1.0f + expf(-x[i]));
    }
}

static inline void returns_lost(float log_multiple, float r, float exponent, float *lost, float *slope)
{
    float multiple = expf(log_multiple), excess = (multiple - 1.0f) / r, decay = expf(-excess);
    float worth = 1.0f + r * (1.0f - decay);
    *lost = excess + (1.0f + exponent) * logf(worth) - log_multiple;
    *slope = multiple / r + (1.0f + exponent) * multiple * decay / worth - 1.0f;
}

/* First crossing of gap - (level + slope t), going back in time so that the first one stays. */
static void first_crossing(float (*gap)[BLOCK], const float *level, float slope_sign, const float *slope,
                           float *restrict date)
{
    EACH date[i] = NEVER;
    for (int y = YEARS - 1; y > 0; y--)
        EACH {
            float fall = slope_sign * slope[i];
            float low = gap[y - 1][i] - level[i] + fall * (float)(y - 1);
            float high = gap[y][i] - level[i] + fall * (float)y;
            float here = (float)(y - 1) + low / (low - high);
            date[i] = (low < 0.0f) & (high >= 0.0f) ? here : date[i];
        }
    EACH date[i] = gap[0][i] - level[i] >= 0.0f ? PAST : date[i];
}

static void block(float (*x)[BLOCK], float (*out)[BLOCK])
{
    static _Thread_local float log_flop[YEARS][BLOCK], gap[YEARS][BLOCK], excess[YEARS][BLOCK], level[BLOCK];
    EACH out[PENALTY][i] = 0.0f;
    for (int y = 0; y < YEARS; y++) {
        float t = (float)y;
        float *flop = log_flop[y], *over = gap[y], *extra = excess[y];
        EACH {
            float years = x[GROWTH_YEARS][i];
            float spend = x[LOG_FLOP][i] + x[GROWTH][i] * years * (1.0f - expf(-t / years));
            float power = x[LOG_POWER][i] + x[POWER_GROWTH][i] * t;
            float softened = logf(1.0f + expf(-x[SOFTNESS][i] * fabsf(spend - power))) / x[SOFTNESS][i];
            flop[i] = fminf(spend, power) - softened;
        }
        EACH {
            float natural = expf(x[LOG_TEXT][i] + x[TEXT_GROWTH][i] * t) * x[QUALITY][i]
                          * (1.0f + x[PRIVATE_SHARE][i])
                          + expf(x[LOG_MULTIMODAL][i] + x[MULTIMODAL_GROWTH][i] * t);
            float ramp = 1.0f / (1.0f + expf((x[RAMP_DATE][i] - t) / x[RAMP_YEARS][i]));
            float share = x[ALPHA][i] / (x[ALPHA][i] + x[BETA][i]);
            over[i] = x[LOG_TOKENS_REF][i] + share * (flop[i] - LOG_FLOP_REF)
                    - logf(natural * (1.0f + x[SYNTHETIC][i] * ramp));
        }
        EACH {
            float alpha = x[ALPHA][i], beta = x[BETA][i], r_d = x[R_D][i], r_n = x[R_N][i];
            float share = alpha / (alpha + beta), total = fmaxf(over[i] / share, 0.0f);
            float saturated = fabsf(0.5f * logf(r_d / r_n));
            float tilt = (alpha + 1.0f / r_n) / (alpha + 1.0f / r_n + beta + 1.0f / r_d) - 0.5f;
            float lean = fminf(fmaxf(total * tilt, -saturated), saturated);
            float passes = fminf(fmaxf(0.5f * total + lean, 0.0f), total);
            for (int step = 0; step < 2; step++) {
                float lost_tokens, slope_tokens, lost_params, slope_params;
                returns_lost(passes, r_d, beta, &lost_tokens, &slope_tokens);
                returns_lost(total - passes, r_n, alpha, &lost_params, &slope_params);
                passes -= (lost_tokens - lost_params) / (slope_tokens + slope_params);
                passes = fminf(fmaxf(passes, 0.0f), total);
            }
            float params = 1.0f + r_n * (1.0f - expf((1.0f - expf(total - passes)) / r_n));
            float tokens = 1.0f + r_d * (1.0f - expf((1.0f - expf(passes)) / r_d));
            float left = (1.0f - share) * expf(-alpha * logf(params)) + share * expf(-beta * logf(tokens));
            float exponent = beta * share;
            float best = expf(x[LOG_REDUCIBLE_REF][i] - exponent * (flop[i] - LOG_FLOP_REF));
            extra[i] = best * (left * expf(exponent * total) - 1.0f);
            out[PENALTY][i] += extra[i];
        }
    }
    const int at[2] = {6, 16};
    for (int k = 0; k < 2; k++)
        EACH {
            float exponent = x[BETA][i] * x[ALPHA][i] / (x[ALPHA][i] + x[BETA][i]);
            float best = expf(x[LOG_REDUCIBLE_REF][i] - exponent * (log_flop[at[k]][i] - LOG_FLOP_REF));
            out[LOSS + k][i] = x[IRREDUCIBLE][i] + best + excess[at[k]][i];
        }
    EACH {
        float share = x[ALPHA][i] / (x[ALPHA][i] + x[BETA][i]);
        out[LOG_FLOP_2030][i] = log_flop[6][i];
        out[LOG_TOKENS_2030][i] = x[LOG_TOKENS_REF][i] + share * (log_flop[6][i] - LOG_FLOP_REF);
    }
    const float passes[3] = {1.0f, 4.0f, 16.0f};
    for (int k = 0; k < 3; k++) {
        EACH level[i] = logf(passes[k]);
        first_crossing(gap, level, 0.0f, level, out[WALL + k]);
    }
    EACH level[i] = NOTICEABLE;
    first_crossing(excess, level, 0.0f, level, out[PENALTY_DATE]);
    for (int k = 0; k < 4; k++) {
        EACH level[i] = x[LOG_GPT4][i] + (float)(k + 1) * x[GENERATION_STEP][i];
        first_crossing(log_flop, level, 1.0f, x[PROGRESS], out[RELEASE + k]);
        EACH out[RELEASE + k][i] += x[LAG + k][i] + x[TRAINING_YEARS][i];
    }
}

/* Count `draws` (a multiple of BLOCK) from `first` on; the last block's outputs are left in `out`. */
void run(uint32_t seed, uint64_t first, int64_t draws, const uint32_t *streams, const struct prior *priors,
         const struct histogram *histograms, int32_t *counts, float (*out)[BLOCK])
{
    static _Thread_local float x[INPUTS][BLOCK];
    static _Thread_local int32_t slot[BLOCK];
    for (int64_t done = 0; done < draws; done += BLOCK) {
        for (int k = 0; k < INPUTS; k++) {
            scores(seed, first + (uint64_t)done, streams[k], x[k]);
            at_score(&priors[k], x[k]);
        }
        block(x, out);
        for (int k = 0; k < OUTPUTS; k++) {
            float lower = histograms[k].lower, scale = (float)BINS / (histograms[k].upper - lower);
            EACH {
                float place = fminf(fmaxf((out[k][i] - lower) * scale + 1.0f, 0.0f), (float)BINS + 1.0f);
                slot[i] = (int32_t)place;
            }
            EACH counts[k * SLOTS + slot[i]]++;
        }
    }
}
