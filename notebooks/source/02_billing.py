# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   title: Two ways to pay
# ---

# %% [markdown] label="title" slideshow={"slide_type": "slide"} claims=["C27"]
# # Two ways to pay
#
# **After this lesson you can read an AI bill, predict one, and say when a monthly plan is cheaper than a meter.**
#
# About 40 minutes. You need no key and no card: every call goes to a practice platform on your own computer.
#
# You will
# - pay for a *seat* and for a *meter*, and see why these are different things;
# - send one call, count its tokens, and find its price in the ledger;
# - take a bill apart: input, cached input, output, reasoning, batch, search, containers;
# - find the point where the plan and the meter cost the same.

# %% label="start" slideshow={"slide_type": "skip"}
import course

course.start()

# %% [markdown] label="scenario" slideshow={"slide_type": "slide"} claims=["C27"]
# ## "We already pay for AI. Just connect it."
#
# Lantern Travel is an (invented) agency of six people. Mei, who owns it, pays a chat plan for each of the six. They write offers with it, translate, and tidy up their notes. It works well.
#
# Now Tomás has an idea: at night, when everybody sleeps, the website should answer simple questions. "We already pay for AI," he says. "Just connect it."
#
# Mei looks in her chat plan for the place where a website can log in. There is none. She finds a second price list instead, with no monthly fee at all: it counts each use, as a meter counts electricity.
#
# **Guess before you look.** Six people use AI every working day. From how many conversations a day, each, is the plan cheaper than the meter? Write a number down. Then look below: the dashed line is what the plan costs, the solid line the same work on the meter. Move *conversations* across the point where they meet.

# %% label="sliders" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C28", "C29"]
from course.widgets import CostSliders

sliders = CostSliders(preset="agency")
sliders

# %% [markdown] label="sliders-notes" slideshow={"slide_type": "notes"}
# *For whoever teaches.* Ask the room for a number of conversations before anybody drags. Write two guesses on the board.
# Then drag to the crossing. Most people guess far too low: they think of one long chat, not of many short ones.
# Leave "which line is right for a website at night?" open. The lesson comes back to it.

# %% [markdown] label="seat" slideshow={"slide_type": "slide"} claims=["C28", "C31"]
# ## A person's way: pay for a seat
#
# A **plan** is a monthly fee for a person. The fee buys the whole experience: the app, the history, file upload, voice, and so much use as the plan allows. Use it twice or two hundred times: the fee is the same, until you meet the plan's limit. Then you wait, or you buy a bigger plan.
#
# The plan is sold by the **seat**: one seat is one person who logs in. Six people need six seats.
#
# The table shows the plans of up to fifty dollars a seat: US dollars a month, before tax, as read on the date in the last column. Where *trust* says `third-party`, the vendor's own page could not be read, so check before you buy. Look at `api_included`: this is what Mei was looking for.

# %% label="plans" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C28"]
import pandas as pd

from course import catalog

facts = catalog.load()
plans = pd.DataFrame(facts.plans).set_index("name")
plans["six_seats"] = 6 * plans["monthly"]
common = plans[(plans["monthly"] > 0) & (plans["monthly"] <= 50)]
common[["monthly", "six_seats", "api_included", "trust", "accessed_on"]]

# %% [markdown] label="subscriber" slideshow={"slide_type": "slide"} claims=["C30"]
# ## What happens when the subscriber tries
#
# An API platform does not ask who you are in the chat app. It asks for an **API key**: a long secret that a *program* sends with each request. Mei has a plan and a password, and no key. Let her try.

# %% label="subscriber-try" slideshow={"slide_type": "-"} claims=["C30"]
from openai import AuthenticationError, OpenAI

try:
    OpenAI(api_key="the password of my chat plan").models.list()
except AuthenticationError as refusal:
    print(refusal.status_code, refusal.code)
    print(refusal.body["message"])

# %% [markdown] label="subscriber-rule" slideshow={"slide_type": "subslide"} claims=["C30", "C31"]
# **401** means: *I do not know this key.* It does not mean: *you have not paid*. Mei pays, but in another shop.
#
# > The chat plan buys an experience for a person. The API buys the right to be called by a program.
#
# OpenAI keeps [ChatGPT and the API platform apart](https://help.openai.com/en/articles/9039756-billing-settings-in-chatgpt-vs-platform): two places to log in, two bills. Anthropic says the same of [Claude plans and the Claude API](https://support.claude.com/en/articles/9876003). Google sells the [Gemini app and the Gemini API](https://ai.google.dev/gemini-api/docs/billing) separately too.
#
# The rule has grown exceptions in 2026. They are near the end of this lesson, and none of them turns a password into a key.

# %% [markdown] label="meter" slideshow={"slide_type": "slide"} claims=["C29", "C69"]
# ## A program's way: pay for what passes
#
# Now a program with a key sends one message that came in last night. `course.start()` gave this notebook a practice key, so `OpenAI()` finds it by itself. With a real key, the same lines would reach the real platform.
#
# The answer comes from the **practice model**. It is a set of rules, not a language model: it can shorten a text, so that is what we ask for. The counting and the prices are real.

# %% label="call" slideshow={"slide_type": "-"} claims=["C29"]
client = OpenAI()
message = """Hello, we are a family of four and look for a quiet beach in May, with a short flight.
Our children are small, so the hotel should be close to the beach.
Last year we were in Greece and loved the food.
Could you send us an offer? Best wishes, Ana"""
reply = client.chat.completions.create(
    model=course.model("openai"),
    messages=[{"role": "user", "content": "Summarise in one sentence:\n" + message}],
)
print(reply.choices[0].message.content)
print(reply.usage.prompt_tokens, "tokens in,", reply.usage.completion_tokens, "tokens out")

# %% [markdown] label="token" slideshow={"slide_type": "slide"} claims=["C69"]
# ## What is a token?
#
# The meter does not count words or letters. It counts **tokens**: pieces of text that are common enough to have a number of their own. A frequent English word is one token. A rare word, a name or a word in another language is often cut into several.
#
# Try the examples, then type a sentence in your own language. The same question may cost more in one language than in another.

# %% label="token-try" slideshow={"slide_type": "subslide"} tags=["hide-input"] claims=["C69"]
from course.widgets import TokenCalculator

TokenCalculator()

# %% [markdown] label="ledger-read" slideshow={"slide_type": "slide"} claims=["C29", "C69"]
# ## From tokens to money
#
# A price list for an API gives dollars for a **million** tokens, one price for what goes in and a higher one for what comes out. Work out the price of the call by hand. Then look in the **ledger**, the list that the platform keeps of every call.

# %% label="ledger" slideshow={"slide_type": "-"} claims=["C29", "C69"]
price_in = facts.price(reply.model, "input").price
price_out = facts.price(reply.model, "output").price
cost = (reply.usage.prompt_tokens * price_in + reply.usage.completion_tokens * price_out) / 1_000_000
print(f"By hand: ${cost:.6f}   That is {1 / cost:,.0f} such calls for one dollar.")
course.ledger()

# %% [markdown] label="changed" slideshow={"slide_type": "slide"} claims=["C27", "C28", "C29", "C31"]
# ## What changed?
#
# | | The plan | The meter |
# |---|---|---|
# | You pay for | a person's seat, for a month | what passes: tokens in, tokens out, extra functions |
# | Nobody works for a week | the fee stays the same | you pay nothing |
# | Ten times the work | same fee, until you reach the limit | ten times the bill |
# | What stops you | the plan's limit: you wait | your budget: you set it |
# | Who logs in | a person, with a password | a program, with a key |
# | You know the price | before the month | after the call, to a millionth of a dollar |

# %% [markdown] label="anatomy" slideshow={"slide_type": "slide"} claims=["C29", "C69"]
# ## Anatomy of a bill
#
# Input and output are two lines of the bill. A busy website has more.
#
# - **Cached input**: the start of a prompt that the platform has just seen. It is cheaper.
# - **Cache write**: some models charge more than plain input, once, for keeping that start.
# - **Reasoning**: tokens the model writes for itself before it answers. You do not see them, and you pay for them as output.
# - **Batch**: you can wait up to a day, so the platform gives a discount.
# - **Functions**: a web search, a container that runs code. Each has a fee of its own, *and* the tokens it brings in are metered.
#
# Below is one month of a busy website: an estimate from the prices on file, split by line.

# %% label="anatomy-try" slideshow={"slide_type": "subslide"} claims=["C29", "C69"]
from course import charts, costs

model = course.model("openai", "standard")
website = costs.preset("website").replace(batch_share=0.1, containers=0.02)
month = costs.monthly(website, costs.rate_card(model))
charts.bill_anatomy(pd.DataFrame(month["dollars"].items(), columns=["line", "usd"]))

# %% [markdown] label="cache" slideshow={"slide_type": "slide"} claims=["C29"]
# ### Watch the cache work
#
# The website sends the agency's house rules with every question, so that the answer keeps to them. That is more than a thousand tokens, each time the same (`rules_alone` keeps their number for later). Send two questions and read the two usage lines.

# %% label="cache-try" slideshow={"slide_type": "-"} claims=["C29"]
from course import data, tokens

rules = {"role": "system", "content": data.path("house_rules.md").read_text(encoding="utf-8")}
for question in ["How much is the deposit?", "Can I change the names on my booking?"]:
    ask = {"role": "user", "content": question}
    reply = client.chat.completions.create(model=course.model("openai"), messages=[rules, ask])
    used = reply.usage
    print(question, "→", reply.choices[0].message.content)
    print(f"   {used.prompt_tokens} tokens in, of which {used.prompt_tokens_details.cached_tokens} cached")
rules_alone = tokens.number(rules["content"], course.model("openai"))

# %% [markdown] label="growing" slideshow={"slide_type": "slide"} claims=["C29", "C69"]
# ## Why a long chat costs more and more
#
# A model has no memory between two calls. To answer the fifth question in a conversation, the program sends questions one to four and their answers **again**. A person in a chat app never sees this. The meter counts it every time. (The house rules go along each time as well. The bars leave them out.)

# %% label="growing-try" slideshow={"slide_type": "subslide"} claims=["C29", "C69"]
questions = ["When is the rest of the price due?", "Do you take cash?", "How long is an offer valid?",
             "Can I move the date?", "What if the airline cancels?"]
history, turns = [rules], []
for question in questions:
    history.append({"role": "user", "content": question})
    reply = client.chat.completions.create(model=course.model("openai"), messages=history)
    history.append({"role": "assistant", "content": reply.choices[0].message.content})
    turns.append({"turn": len(turns) + 1, "input": reply.usage.prompt_tokens - rules_alone,
                  "output": reply.usage.completion_tokens})
charts.growing_conversation(pd.DataFrame(turns))

# %% [markdown] label="even" slideshow={"slide_type": "slide"} claims=["C28", "C29", "C31"]
# ## Where the lines cross
#
# Back to your guess. The **break-even** is the volume at which six seats and the meter cost the same. Divide the fee by what one daily conversation costs in a month, and you have it.
#
# The meter often looks cheaper. Be fair to the plan: the meter's price does not include the app, the history, the file upload, or Tomás's weeks of building. And be fair to the meter: a website has no seat. At night nobody is there to log in, so for Tomás's idea the plan has no price at all. It is not for sale.

# %% label="even-try" slideshow={"slide_type": "-"} claims=["C28", "C29"]
agency = costs.preset("agency")
card = costs.rate_card(course.model("openai", "standard"))
seats = costs.plan_cost(facts.plan("chatgpt-plus"), seats=6)
crossing = costs.break_even(seats, agency, card)
meter = costs.monthly(agency, card)["total"]
print(f"Six seats: ${seats:.2f} a month. The agency's work on the meter: ${meter:.2f}.")
print(f"They cost the same at {crossing:.1f} conversations for each person on each working day.")

# %% [markdown] label="compare" slideshow={"slide_type": "slide"} claims=["C29", "C69"]
# ## One job, every model
#
# The same month of the agency, priced with every model of this course. A **model comparison** like this one tells you what you would pay, and nothing about how good the answers are. It gives each model the same number of tokens. In truth each vendor cuts text its own way, as you saw above, so read a small difference as none.
#
# Prices move, too. Each is a row in a file, with its page and the date it was read. The second table shows changes that are announced but not yet in force.

# %% label="compare-try" slideshow={"slide_type": "subslide"} claims=["C69"]
rows = []
for each in facts.models:
    if each.tier:
        bill = costs.monthly(agency, costs.rate_card(each.id))
        rows.append({"model": each.name, "tier": each.tier, "usd_a_month": bill["total"]})
table = pd.DataFrame(rows).sort_values("usd_a_month").round(2)
table.set_index("model")

# %% label="prices-move-try" slideshow={"slide_type": "subslide"} claims=["C29"]
coming = [price for price in facts.announced() if price.meter in ("input", "output")]
changes = pd.DataFrame(coming)
changes["price_today"] = [facts.price(price.model, price.meter).price for price in coming]
changes[["model", "meter", "unit", "price_today", "price", "effective_from"]]

# %% [markdown] label="own" slideshow={"slide_type": "slide"} claims=["C29"]
# ## Your own calculator, in seven lines
#
# You do not need our widget. `interact` makes a slider from any function. Here it moves the conversations of each person on a day. Change the function: other people, another model, longer answers. Then use the numbers of a team you know.

# %% label="own-try" slideshow={"slide_type": "-"} tags=["nbval-ignore-output"] claims=["C29"] alt="Two bars, the meter and six seats, in US dollars a month. At 20 conversations a day the meter is the shorter one."
import matplotlib.pyplot as plt
from ipywidgets import interact


@interact(chats=(1, 100))
def plan_or_meter(chats=20):
    meter = costs.monthly(agency.replace(conversations=chats), card)["total"]
    plt.figure(figsize=(5, 1.8))
    plt.barh(["meter", "six seats"], [meter, seats])
    plt.xlabel("US dollars a month")
    plt.show()

# %% [markdown] label="exceptions" slideshow={"slide_type": "slide"} claims=["C27", "C28", "C29", "C30"]
# ## The rule, and its exceptions
#
# *Plans are flat and for people; the API is metered and for programs.* True as a rule. In 2026 each half has exceptions, and you should know them before somebody at work does.
#
# - **Some plans pay for some programs.** With [Sign in with ChatGPT](https://developers.openai.com/siwc/quickstart), Plus and Pro users can spend their plan in apps that take part. The user signs in; the app gets no API key.
# - **Some plans bring API credit.** [Claude Max, Ultra and Team](https://support.claude.com/ja/articles/8114531) include a monthly amount for the API. Free and Pro do not.
# - **Some plans are metered.** A [Claude Enterprise](https://support.claude.com/en/articles/11526368-how-am-i-billed-for-my-enterprise-plan) seat pays for its tokens too.
# - **Some meters start at zero.** The [Gemini API](https://ai.google.dev/gemini-api/docs/billing) has a free tier. Google may use what you send there to improve its products, so it is not the place for customers' messages.
#
# Safe to say: *a subscription is not an API key; some plans pay for some use by programs, under the vendor's rules, which changed in autumn 2026.*

# %% [markdown] label="quiz-intro" slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Wrong answers are welcome: each one tells you something.

# %% label="quiz" slideshow={"slide_type": "-"} tags=["hide-input"] claims=["C27", "C28", "C29", "C30", "C31", "C69"]
from course.widgets import Quiz

Quiz("02_billing")

# %% [markdown] label="remember" slideshow={"slide_type": "slide"} claims=["C27", "C29", "C31"]
# ## Three things to remember
#
# 1. A plan buys an experience for a **person**. The API buys the right to be called by a **program**. They are two shops.
# 2. The meter counts **tokens** in, tokens out, and functions. Long conversations send their past again; caches and batches make it cheaper.
# 3. Never compare a fee with a meter without a **volume**. Find the break-even first.
#
# **Your turn.** Take a team you know. Set the sliders at the top to its numbers, and write down the crossing, the model, and the date of the prices.
#
# **Exercise.** In [the exercise of this lesson](../exercises/release/02_billing/02_billing.ipynb) you work out bills yourself; it checks each answer.

# %% label="sources" slideshow={"slide_type": "skip"}
from IPython.display import display

from course.widgets import ProgressPanel

display(ProgressPanel())
course.sources("02_billing")
